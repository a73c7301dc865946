/**
 * A plugin of esbuild: luxon comes from the modules that it is written in, and not from the one file that they are packed into, so that
 * of 100 KB no more is in a bundle than what it uses.
 *
 * Its package.json names both, the modules as `module`; `exports`, which counts for more, knows only the file.
 */
import { dirname, join } from 'node:path';

const SELF = 'luxon-in-modules';

export default {
  name: SELF,
  setup(build) {
    // None of its modules does anything but define; the package.json that says so does not stand for those in src/.
    const found = (path) => ({ path, sideEffects: false });
    build.onResolve({ filter: /^luxon$/ }, async ({ path, pluginData, importer, kind, resolveDir }) => {
      if (pluginData === SELF) return undefined;
      const manifest = await build.resolve(`${path}/package.json`, { importer, kind, resolveDir, pluginData: SELF });
      return manifest.errors.length > 0 ? manifest : found(join(dirname(manifest.path), 'src', 'luxon.js'));
    });
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]luxon[\\/]src[\\/]/.test(importer) ? found(join(dirname(importer), path)) : undefined,
    );
  },
};
