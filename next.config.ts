import type { NextConfig } from "next";

const config: NextConfig = {
  // The build that `server/start.mjs` serves; building itself goes to the usual folder.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  poweredByHeader: false,
  devIndicators: false,
  reactStrictMode: true,
  // Hot reload from any name this machine goes by; the session cookie guards the pages as in
  // production.
  allowedDevOrigins: ["localhost", "127.0.0.1", "[::1]"],
  turbopack: { root: import.meta.dirname },
  // `npm run verify` checks types and lint, once for all of the project.
  typescript: { ignoreBuildErrors: true },
};

export default config;
