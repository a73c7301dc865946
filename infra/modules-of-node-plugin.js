/**
 * Plugins of esbuild, for serverless-esbuild: Node's own modules come by `process.getBuiltinModule` and not by `import`.
 *
 * An `import` of one of them reads each of its exports, and behind some there is much to load: `import 'node:http'` alone
 * brings Node's fetch and WebSocket along (undici), which nothing here uses and which takes about as long as loading the handler's own code.
 */
import { builtinModules } from 'node:module';

const NAMESPACE = 'module-of-node';

export default [
  {
    name: 'modules-of-node',
    setup(build) {
      const named = new Set(builtinModules.flatMap((name) => [name, `node:${name.replace(/^node:/, '')}`]));
      build.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path }) =>
        named.has(path) ? { path, namespace: NAMESPACE, sideEffects: false } : undefined,
      );
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      }));
    },
  },
];
