/** Says hello to somebody. */
export function greet(name) {
  return `Hello, ${name}!`
}
