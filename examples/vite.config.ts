import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** All examples at once. A project of yours needs one of the plugins, and nothing else of this. */
export default defineConfig(({ isSsrBuild }) => ({
  root: here('.'),
  plugins: [
    react({ include: '**/react/*.tsx' }),
    solid({ include: '**/solid/*.tsx', ssr: true }),
    vue(),
    svelte({ configFile: false }),
  ],
  build: { emptyOutDir: true, rolldownOptions: { input: isSsrBuild ? servers : pages() } },
}))

/** What renders the screen on a server: `vite build --ssr`. */
const servers = {
  react: here('react/server.tsx'),
  vue: here('vue/server.ts'),
  svelte: here('svelte/server.ts'),
  solid: here('solid/server.tsx'),
}

/** Each folder with a page. */
function pages(): string[] {
  const found = readdirSync(here('.'), { recursive: true, encoding: 'utf8' })
  return found.filter((path) => path.endsWith('index.html')).map(here)
}
