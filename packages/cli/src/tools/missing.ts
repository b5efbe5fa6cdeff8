/** Something outside trustpub is missing or out of reach; the message is one sentence that names it. */
export class MissingTool extends Error {
  override readonly name = 'MissingTool'
}
