import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://localhost:8000';
const paths = ['/register', '/login', '/logout', '/auth', '/users', '/groups', '/messages', '/docs', '/docs-json'];

/** The page: built into `dist/web`, which the server serves at `/`; in development a proxy to a server that runs beside. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox125', 'safari17.5'],
    // No inlined assets and no polyfill: everything is a file of our own, as the content security policy wants it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { ...Object.fromEntries(paths.map((path) => [path, server])), '/socket.io': { target: server, ws: true } },
  },
});
