//! The columns of a table as its database describes them, and the statements made of them.

use crate::{
    Result, StoreError,
    db::{Binds, Connection, Dialect, Row, binds},
};

use super::{
    tables::Table,
    value::{Value, rows_to_json},
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Uuid,
    Integer,
    Boolean,
    Time,
    Date,
    Json,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A table with its columns.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) table: Table,
    pub(crate) columns: Vec<Column>,
}

impl Layout {
    /// Asks the database. PostgreSQL tells what a column is for; SQLite only how it is kept,
    /// which will do to carry rows within a file.
    pub(crate) async fn read(connection: &mut Connection, table: Table) -> Result<Self> {
        let rows = match connection.dialect() {
            Dialect::Sqlite => {
                let sql = "SELECT name, type FROM pragma_table_info($1) ORDER BY name";
                connection.rows(sql.into(), binds![table.name]).await?
            }
            Dialect::Postgres => {
                let sql = "SELECT a.attname::text AS name, t.typname::text AS type
                    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
                    ORDER BY a.attname";
                connection.rows(sql.into(), binds![table.name]).await?
            }
        };
        let columns = rows.iter().map(|row| column(table, row));
        Ok(Self {
            table,
            columns: columns.collect::<Result<_>>()?,
        })
    }

    /// Rows that are reached through an owner, in the order of their key: after that one, or
    /// without the first `skip`.
    pub(crate) async fn page(
        &self,
        connection: &mut Connection,
        owner_id: &str,
        from: &From,
        limit: i64,
        nuls: &mut u64,
    ) -> Result<Vec<Vec<Value>>> {
        let sql = self.select(connection.dialect(), from);
        let rows = match from {
            From::Skip(skip) => {
                let binds: Binds<'_> = binds![owner_id, limit, *skip];
                connection.rows_made(sql, binds).await?
            }
            From::After(key) => {
                let mut binds = binds![owner_id, limit].to_vec();
                binds.extend(
                    key.iter()
                        .map(|value| value as &(dyn crate::db::Bind + Sync)),
                );
                connection.rows_made(sql, &binds).await?
            }
        };
        rows.iter().map(|row| self.values(row, nuls)).collect()
    }

    fn select(&self, dialect: Dialect, from: &From) -> String {
        let columns = self.columns.iter().map(|column| {
            let name = quoted(&column.name);
            match (dialect, column.kind) {
                (Dialect::Postgres, Kind::Integer) => format!("CAST({name} AS bigint)"),
                _ => name,
            }
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        let Table { name, key, .. } = self.table;
        let mut sql = format!(
            "SELECT {columns} FROM {name} WHERE {}",
            self.table.condition()
        );
        let order = key.join(", ");
        if let From::After(after) = from {
            let places: Vec<String> = (3..3 + after.len()).map(|n| format!("${n}")).collect();
            sql.push_str(&format!(" AND ({order}) > ({})", places.join(", ")));
        }
        if !key.is_empty() {
            sql.push_str(&format!(" ORDER BY {order}"));
        }
        sql.push_str(" LIMIT $2");
        if let From::Skip(_) = from {
            sql.push_str(" OFFSET $3");
        }
        sql
    }

    fn values(&self, row: &Row, nuls: &mut u64) -> Result<Vec<Value>> {
        self.columns
            .iter()
            .enumerate()
            .map(|(place, column)| Value::read(row, place, column.kind, nuls))
            .collect()
    }

    /// Where the page after one that ends with this row begins.
    pub(crate) fn after(&self, row: &[Value]) -> From {
        let key = self.table.key.iter();
        From::After(
            key.filter_map(|name| self.value(row, name).cloned())
                .collect(),
        )
    }

    /// The value of the column of this name.
    pub(crate) fn value<'a>(&self, row: &'a [Value], name: &str) -> Option<&'a Value> {
        let place = self.columns.iter().position(|column| column.name == name)?;
        row.get(place)
    }

    /// A place for the value of the column of this name.
    pub(crate) fn value_mut<'a>(&self, row: &'a mut [Value], name: &str) -> Option<&'a mut Value> {
        let place = self.columns.iter().position(|column| column.name == name)?;
        row.get_mut(place)
    }

    /// Stores rows in one statement, which is only ever given JSON: `COPY` passes row-level
    /// security by and is refused where it is on.
    pub(crate) async fn insert(
        &self,
        connection: &mut Connection,
        rows: &[Vec<Value>],
    ) -> Result<()> {
        let (sql, json) = self.insertion(connection.dialect(), rows);
        connection.execute_made(sql, binds![json]).await?;
        Ok(())
    }

    /// Stores rows that the database numbers; the numbers, in the order of the rows.
    pub(crate) async fn insert_numbered(
        &self,
        connection: &mut Connection,
        rows: &[Vec<Value>],
        number: &str,
    ) -> Result<Vec<i64>> {
        let (mut sql, json) = self.insertion(connection.dialect(), rows);
        sql.push_str(&format!(" RETURNING {number}"));
        let numbered = connection.rows_made(sql, binds![json]).await?;
        let numbers: Result<Vec<i64>> = numbered.iter().map(|row| row.get(0)).collect();
        // Given in the order in which the rows arrive, returned in any.
        let mut numbers = numbers?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn insertion(&self, dialect: Dialect, rows: &[Vec<Value>]) -> (String, String) {
        let numbered = self.table.numbered_anew();
        let stored = self
            .columns
            .iter()
            .filter(|column| Some(column.name.as_str()) != numbered);
        let (names, values): (Vec<String>, Vec<String>) = stored
            .map(|column| (quoted(&column.name), column.out_of_json(dialect)))
            .unzip();
        let (table, names, values) = (self.table.name, names.join(", "), values.join(", "));
        let from = match dialect {
            Dialect::Sqlite => "json_each($1) ORDER BY key".to_owned(),
            Dialect::Postgres => format!(
                "json_populate_recordset(NULL::{table}, $1::json) WITH ORDINALITY
                ORDER BY ordinality"
            ),
        };
        let conflict = match self.table.is_nobodys() {
            true => format!(" ON CONFLICT ({}) DO NOTHING", self.table.key.join(", ")),
            false => String::new(),
        };
        let sql = format!("INSERT INTO {table} ({names}) SELECT {values} FROM {from}{conflict}");
        (sql, rows_to_json(&self.columns, rows, dialect))
    }
}

/// Where a page of rows begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum From {
    /// Behind so many.
    Skip(i64),
    /// Behind the row of this key.
    After(Vec<Value>),
}

impl Column {
    /// Its value in a row given as JSON.
    fn out_of_json(&self, dialect: Dialect) -> String {
        let name = &self.name;
        match (dialect, self.kind) {
            (Dialect::Postgres, _) => quoted(name),
            (Dialect::Sqlite, Kind::Uuid) => format!("unhex(value ->> '$.{name}')"),
            (Dialect::Sqlite, Kind::Json) => format!("NULLIF(value -> '$.{name}', 'null')"),
            (Dialect::Sqlite, _) => format!("value ->> '$.{name}'"),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn column(table: Table, row: &Row) -> Result<Column> {
    let (name, kind): (String, String) = (row.get("name")?, row.get("type")?);
    let kind = match kind.as_str() {
        "text" | "TEXT" => Kind::Text,
        "uuid" | "BLOB" => Kind::Uuid,
        "int2" | "int4" | "int8" | "INTEGER" => Kind::Integer,
        "bool" => Kind::Boolean,
        "timestamptz" => Kind::Time,
        "date" => Kind::Date,
        "jsonb" => Kind::Json,
        _ => {
            return Err(StoreError::Schema(format!(
                "column {name} of {} is of type {kind}, which cannot be carried over",
                table.name
            )));
        }
    };
    Ok(Column { name, kind })
}
