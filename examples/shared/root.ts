/** The element that a page leaves for its screen. */
export function rootElement(): Element {
  const element = document.querySelector('#root')
  if (element) return element
  throw new Error('The page has no element with the id root.')
}
