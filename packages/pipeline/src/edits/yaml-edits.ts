export { isFlow, withBlankLine } from './written.ts'
export { insertItem, removeItem } from './yaml-items.ts'
export { emptied, insertKeys, isEmptiedBy, keysIn, type Position, removeKeys } from './yaml-keys.ts'
export { removeLines, replacePart, replaceScript, replaceText } from './yaml-scalars.ts'
