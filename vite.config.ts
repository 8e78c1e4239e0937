// One build description: the renderer, and with `--mode electron` the desktop shell's main and preload (bundled, because a package
// holds no TypeScript). `vite` alone serves the renderer with an in-memory contract: add `?fixture=little` to the address.
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import mantine from 'postcss-preset-mantine';
import { defineConfig, type UserConfig } from 'vite';

const root = import.meta.dirname;
const builtin = [...builtinModules, ...builtinModules.map((name) => `node:${name}`), 'electron', 'koffi', 'ssh2'];

function shell(name: 'electron' | 'preload' | 'daemon', file: string): UserConfig {
  const format = name === 'preload' ? 'cjs' : 'es';
  return {
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: file,
      target: 'node24',
      outDir: 'out/main',
      emptyOutDir: false,
      minify: false,
      rollupOptions: { external: builtin, output: { format, entryFileNames: `${name}.${format === 'cjs' ? 'cjs' : 'js'}`, codeSplitting: false } },
    },
  };
}

export default defineConfig(({ mode }): UserConfig => {
  if (mode === 'electron') return shell('electron', 'src/main/electron.ts');
  if (mode === 'preload') return shell('preload', 'src/main/preload.ts');
  if (mode === 'daemon') return shell('daemon', 'src/engine/daemon.ts');
  return {
    root,
    plugins: [react()],
    css: { postcss: { plugins: [mantine()] }, modules: { localsConvention: 'camelCase' } },
    build: { outDir: join(root, 'out/renderer'), emptyOutDir: true, target: 'chrome130', sourcemap: false, chunkSizeWarningLimit: 1500, reportCompressedSize: false },
    server: { host: '127.0.0.1', strictPort: true },
  };
});
