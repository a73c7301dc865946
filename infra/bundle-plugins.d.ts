/** Types of bundle-plugins.js, which serverless-esbuild loads as it is. */
import type { Plugin } from 'esbuild';

declare const plugins: Plugin[];
export default plugins;
