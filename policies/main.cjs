// The SDK's loader compiles the TypeScript that it requires, with type checks; what is imported is left to Node.
module.exports = import("./pack.ts");
