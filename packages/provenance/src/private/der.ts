/** Years that UTCTime can say; others need GeneralizedTime (RFC 5280 section 4.1.2.5). */
const UTC_TIME_YEARS = { first: 1950, last: 2049 }

/** One ASN.1 value in DER (X.690): tag, length, content. */
export function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

function length(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < 0x80) return Buffer.from([bytes])
  const digits = unsigned(BigInt(bytes))
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits])
}

function unsigned(value: bigint): Buffer<ArrayBuffer> {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

export function sequence(...content: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return tagged(0x30, ...content)
}

/** A SET OF, in the order that DER wants: by encoding. */
export function set(...content: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return tagged(0x31, ...content.toSorted(Buffer.compare))
}

export function boolean(value: boolean): Buffer<ArrayBuffer> {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]))
}

/** An INTEGER that is not negative. */
export function integer(value: bigint | number): Buffer<ArrayBuffer> {
  const digits = unsigned(BigInt(value))
  // The first bit is the sign.
  return tagged(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), digits)
}

export function octets(content: Uint8Array): Buffer<ArrayBuffer> {
  return tagged(0x04, content)
}

/** A BIT STRING; `unused` says how many of the last byte's bits do not count. */
export function bits(content: Uint8Array, unused = 0): Buffer<ArrayBuffer> {
  return tagged(0x03, Buffer.from([unused]), content)
}

export function utf8(text: string): Buffer<ArrayBuffer> {
  return tagged(0x0c, Buffer.from(text))
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function oid(dotted: string): Buffer<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, ...[first * 40 + second, ...rest].map(base128))
}

function base128(arc: number): Buffer<ArrayBuffer> {
  const bytes = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
    bytes.unshift(0x80 | (left % 128))
  return Buffer.from(bytes)
}

/** A time as certificates want it, to the second. */
export function time(date: Date): Buffer<ArrayBuffer> {
  const year = date.getUTCFullYear()
  const short = year >= UTC_TIME_YEARS.first && year <= UTC_TIME_YEARS.last
  return short ? tagged(0x17, Buffer.from(digits(date).slice(2))) : generalizedTime(date)
}

/** A time with four digits of year, to the second. */
export function generalizedTime(date: Date): Buffer<ArrayBuffer> {
  return tagged(0x18, Buffer.from(digits(date)))
}

function digits(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}

/** `[number] EXPLICIT`: the whole value inside a tag of the structure's own. */
export function explicit(number: number, content: Uint8Array): Buffer<ArrayBuffer> {
  return tagged(0xa0 | number, content)
}

/** `[number] IMPLICIT` of something primitive: the content alone under a tag of the structure's own. */
export function implicit(number: number, content: Uint8Array): Buffer<ArrayBuffer> {
  return tagged(0x80 | number, content)
}
