// @ts-check
import { Module } from "node:module";

/** @typedef {Readonly<Record<string, unknown>>} Members */

/**
 * Stands in for a CommonJS module that others are about to require, and loads it when something is asked of it
 * that is not known beforehand. One that is loaded already is left as it is.
 *
 * @param {NodeJS.Require} require resolves `specifier` as those others do
 * @param {string} specifier
 * @param {(load: () => Members) => Members} known members that are answered without it; `load` gives the real one
 * @returns {() => void} withdraws it: whoever requires the module from then on gets the real one, and who has the
 *   stand-in keeps it
 */
export function lazyModule(require, specifier, known = () => ({})) {
  const path = require.resolve(specifier);
  if (require.cache[path] !== undefined) return () => {};
  const standIn = new Module(path);
  const withdraw = () => {
    if (require.cache[path] === standIn) delete require.cache[path];
  };
  /** @returns {Members} */
  const load = () => {
    withdraw();
    return require(specifier);
  };
  /** @type {Members} */
  const members = { __esModule: true, ...known(load) };
  standIn.exports = new Proxy(members, {
    get: (_, name) => (name in members ? members[String(name)] : load()[String(name)]),
    has: (_, name) => name in members || name in load(),
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(load(), name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
  standIn.loaded = true;
  require.cache[path] = standIn;
  return withdraw;
}

/**
 * Functions and classes of a module that load it when they are called, for who takes them by name.
 *
 * @param {() => Members} load
 * @param {readonly string[]} names
 * @returns {Members}
 */
export function lazyFunctions(load, names) {
  const real = (/** @type {string} */ name) => /** @type {NewableFunction} */ (load()[name]);
  const standIn = (/** @type {string} */ name) =>
    new Proxy(class {}, {
      apply: (_, self, args) => Reflect.apply(real(name), self, args),
      construct: (_, args) => Reflect.construct(real(name), args),
      get: (_, member) => Reflect.get(real(name), member),
    });
  return Object.fromEntries(names.map((name) => [name, standIn(name)]));
}
