// Stryker's runner for mocha asks for mocha's files without their ending, which is `.cjs` since mocha 12.
require.extensions[".cjs"] = require.extensions[".js"];
