import { client, name } from './client.ts'

/**
 * The connection: made once for a page, outside of all components, so that none of them starts, stops or repeats anything by
 * being rendered, mounted twice or replaced. For browsers only, since it begins at once.
 */
export const till = client.connect(name)
