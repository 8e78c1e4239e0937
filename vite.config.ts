// The renderer's build. `vite` alone serves it for work on views: add `?fixture=little` to the address for an in-memory contract.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import mantine from 'postcss-preset-mantine';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

export default defineConfig({
  root,
  plugins: [react()],
  css: { postcss: { plugins: [mantine()] }, modules: { localsConvention: 'camelCase' } },
  build: { outDir: join(root, 'out/renderer'), emptyOutDir: true, target: 'chrome130', sourcemap: false, chunkSizeWarningLimit: 1500, reportCompressedSize: false },
  // A worktree's node_modules may be a link to another checkout's.
  server: { host: '127.0.0.1', strictPort: true, fs: { allow: [root, realpathSync(join(root, 'node_modules'))] } },
});
