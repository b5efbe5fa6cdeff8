import { describe, expect, it } from 'vitest'
import { platformNames } from './napi.ts'

const names = (napi: unknown) => platformNames({ napi }, '@acme/w')?.map((name) => name.slice(8))

describe('platformNames', () => {
  it('knows the targets of version 3', () => {
    const targets = [
      'x86_64-pc-windows-msvc',
      'i686-pc-windows-msvc',
      'aarch64-apple-darwin',
      'x86_64-unknown-linux-musl',
      'armv7-unknown-linux-gnueabihf',
      'aarch64-linux-android',
      'armv7-linux-androideabi',
      'x86_64-unknown-freebsd',
      'wasm32-wasip1-threads',
    ]
    expect(names({ targets })).toEqual([
      'win32-x64-msvc',
      'win32-ia32-msvc',
      'darwin-arm64',
      'linux-x64-musl',
      'linux-arm-gnueabihf',
      'android-arm64',
      'android-arm-eabi',
      'freebsd-x64',
      'wasm32-wasi',
    ])
  })

  it('knows the triples of the versions before, with those that go without saying', () => {
    const additional = ['aarch64-unknown-linux-gnu']
    expect(names({ triples: { additional } })).toEqual([
      'win32-x64-msvc',
      'darwin-x64',
      'linux-x64-gnu',
      'linux-arm64-gnu',
    ])
    expect(names({ triples: { defaults: false, additional } })).toEqual(['linux-arm64-gnu'])
  })

  it('names them after the package that is to be loaded', () => {
    const targets = ['x86_64-apple-darwin']
    expect(platformNames({ napi: { packageName: '@acme/b', targets } }, '@acme/w')).toEqual([
      '@acme/b-darwin-x64',
    ])
  })

  it('leaves out what it does not know', () => {
    expect(names({ targets: ['m68k-unknown-amiga', 'x86_64-apple-darwin'] })).toEqual([
      'darwin-x64',
    ])
    expect(names({})).toBeUndefined()
    expect(names(undefined)).toBeUndefined()
  })
})
