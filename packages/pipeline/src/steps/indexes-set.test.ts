import { describe, expect, it } from 'vitest'
import { indexesSetBy } from './indexes-set.ts'

describe('indexesSetBy', () => {
  it.each([
    'poetry config repositories.acme https://pypi.acme.example/legacy/',
    'poetry config --local "repositories.acme" "https://pypi.acme.example/legacy/"',
    'pdm config repository.acme.url https://pypi.acme.example/legacy/',
    'cat > ~/.pypirc <<EOF\n[distutils]\nindex-servers = acme\n[acme]\nusername: ci\nrepository: https://pypi.acme.example/legacy/\nEOF\n',
    'echo "[acme]" >> ~/.pypirc\necho "repository = https://pypi.acme.example/legacy/" >> ~/.pypirc\n',
    "printf '[acme]\\nrepository=https://pypi.acme.example/legacy/\\n' > .pypirc",
  ])('reads %j', (script) => {
    expect([...indexesSetBy(script)]).toEqual([['acme', 'https://pypi.acme.example/legacy/']])
  })

  it.each([
    'twine upload --repository acme dist/*',
    'echo "[acme]"; echo "repository = https://pypi.acme.example/legacy/"',
    'printf "[pypi]\\nusername=__token__\\n" > ~/.pypirc',
    'poetry config pypi-token.acme secret',
  ])('finds none in %j', (script) => {
    expect([...indexesSetBy(script)]).toEqual([])
  })
})
