import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The listener in front decides about compression; Next would also compress what it should only pass on.
  compress: false,
  // No image needs optimising, and what is not served can't be attacked.
  images: { unoptimized: true },
  devIndicators: false,
  agentRules: false,
  experimental: { agentUpgrade: false },
  // Its own, so that the build checks the pages only, and has nothing to add to the project's file.
  typescript: { tsconfigPath: 'app/tsconfig.json' },
  // Without it a lock file in a folder above would be taken for the root of the project.
  turbopack: { root: import.meta.dirname },
};

export default config;
