import type { Compilable, CompiledQuery, Insertable, QueryResult } from 'kysely'
import type { Db, Schema } from './schema.ts'

/** Stands where a value will be, while a statement is built. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Gives a placeholder the type of the value that will stand there. */
type ValueOf<Values> = <Name extends keyof Values & string>(name: Name) => Values[Name]

/**
 * A statement that is built and compiled once for each kind of database. Building costs several times what running a
 * small statement does, so those on the way of every exchange, publish and read are made with this.
 */
export function prepared<Values extends object, Row = unknown>(
  build: (db: Db, value: ValueOf<Values>, names: readonly string[]) => Compilable<Row>,
): (db: Db, values: Values) => Promise<QueryResult<Row>> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>()

  return (db, values) => {
    const { adapter } = db.getExecutor()
    let query = compiled.get(adapter)
    if (query === undefined) {
      query = build(db, placeholder, Object.keys(values)).compile()
      compiled.set(adapter, query)
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    )
    return db.executeQuery({ ...query, parameters })
  }
}

function placeholder<Value>(name: string): Value {
  const standIn: unknown = new Placeholder(name)
  return standIn as Value
}

/** A prepared statement that inserts a whole row, every column of it. */
export function insertion<Table extends keyof Schema>(
  table: Table,
): (db: Db, row: Schema[Table]) => Promise<QueryResult<unknown>> {
  return prepared<Schema[Table]>((db, _value, columns) => {
    const row = Object.fromEntries(columns.map((column) => [column, placeholder(column)]))
    return db.insertInto(table).values(row as Insertable<Schema[Table]>)
  })
}
