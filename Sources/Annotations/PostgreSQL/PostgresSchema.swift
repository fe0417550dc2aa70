import Foundation

/// The tables of a store on PostgreSQL, as a script for the person who looks after the server.
///
/// Who annotates may read and append, and nothing else: the tables belong to a role that nobody
/// logs in as. The server itself gives each step the next number, one transaction after the other,
/// so that whoever has read up to a number never misses a smaller one, and tells all who listen.
/// One database holds one store.
package enum PostgresSchema {
  /// What this program reads and writes.
  static let version = 1
  /// What listeners listen to.
  static let channel = "twinlens_step"
  /// SQLSTATE of a step that does not follow the last one.
  static let outOfOrder = "TW001"
  /// The store's own lock, "TwLn" as in `Schema.applicationID`.
  private static let lock = Schema.applicationID

  /// The script.
  /// - Parameters:
  ///   - owner: the role that the tables belong to.
  ///   - annotators: the role of those who read and append.
  ///   - readers: the role of those who only read.
  package static func script(owner: String, annotators: String, readers: String) -> String {
    let roles = [owner, annotators, readers].map { role in
      "  IF to_regrole(\(literal(quoted(role)))) IS NULL THEN CREATE ROLE \(quoted(role)) NOLOGIN; END IF;"
    }
    let (owner, annotators, readers) = (quoted(owner), quoted(annotators), quoted(readers))
    return """
      -- A store of annotations in this database, for `twinlens --store postgres://HOST/DATABASE`.
      -- A superuser gives it once: twinlens annotations schema | psql -v ON_ERROR_STOP=1 -d DATABASE
      -- Then, for each person: GRANT \(annotators) TO person;
      BEGIN;
      DO $roles$ BEGIN
      \(roles.joined(separator: "\n"))
        IF getdatabaseencoding() <> 'UTF8' THEN
          RAISE EXCEPTION 'this database is in %, and a store needs UTF8', getdatabaseencoding();
        END IF;
      END $roles$;

      CREATE SCHEMA twinlens;
      CREATE TABLE twinlens.store (version integer NOT NULL);
      INSERT INTO twinlens.store VALUES (\(version));

      -- Kept as they are: numbered from 1 without gaps, never changed.
      CREATE TABLE twinlens.step (
        sequence bigint PRIMARY KEY CHECK (sequence > 0),
        post text NOT NULL CHECK (octet_length(post) <= 16384),
        file text NOT NULL CHECK (octet_length(file) <= 16384),
        post_hash text NOT NULL CHECK (octet_length(post_hash) <= 1024),
        tokens_hash text NOT NULL CHECK (octet_length(tokens_hash) <= 1024),
        annotator text NOT NULL CHECK (octet_length(annotator) <= 16384),
        time bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('mentions', 'relation', 'review', 'undo', 'redo')),
        payload text NOT NULL CHECK (octet_length(payload) <= 262144),
        undoes bigint REFERENCES twinlens.step (sequence),
        redoes bigint REFERENCES twinlens.step (sequence),
        name text NOT NULL CHECK (octet_length(name) <= 16384),
        -- SHA-256 over the columns before, made where the step was made.
        checksum text NOT NULL CHECK (octet_length(checksum) = 64),
        -- The step's own name, made where it was made: what was sent twice is stored once.
        key text NOT NULL UNIQUE CHECK (octet_length(key) <= 128),
        -- Who was logged in, and when, by the server's word.
        role text NOT NULL,
        stored timestamptz NOT NULL,
        CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
        CHECK ((kind = 'redo') = (redoes IS NOT NULL))
      );
      CREATE TABLE twinlens.opening (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dataset text NOT NULL CHECK (octet_length(dataset) <= 4096),
        hash text NOT NULL CHECK (octet_length(hash) <= 1024),
        time bigint NOT NULL
      );

      CREATE FUNCTION twinlens.number_step() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
      DECLARE next bigint;
      BEGIN
        PERFORM pg_advisory_xact_lock(\(lock));
        SELECT coalesce(max(sequence), 0) + 1 INTO next FROM twinlens.step;
        IF NEW.sequence IS DISTINCT FROM next THEN
          RAISE EXCEPTION USING ERRCODE = '\(outOfOrder)', MESSAGE = format('step %s comes next', next);
        END IF;
        NEW.role := session_user;
        NEW.stored := clock_timestamp();
        PERFORM pg_notify('\(channel)', '');
        RETURN NEW;
      END $body$;
      CREATE TRIGGER step_is_next BEFORE INSERT ON twinlens.step
        FOR EACH ROW EXECUTE FUNCTION twinlens.number_step();

      CREATE FUNCTION twinlens.refuse_change() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
      BEGIN RAISE EXCEPTION 'steps are appended only'; END $body$;
      CREATE TRIGGER step_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON twinlens.step
        FOR EACH STATEMENT EXECUTE FUNCTION twinlens.refuse_change();

      ALTER SCHEMA twinlens OWNER TO \(owner);
      ALTER TABLE twinlens.store OWNER TO \(owner);
      ALTER TABLE twinlens.step OWNER TO \(owner);
      ALTER TABLE twinlens.opening OWNER TO \(owner);
      ALTER FUNCTION twinlens.number_step() OWNER TO \(owner);
      ALTER FUNCTION twinlens.refuse_change() OWNER TO \(owner);

      GRANT USAGE ON SCHEMA twinlens TO \(annotators), \(readers);
      GRANT SELECT ON twinlens.store, twinlens.step, twinlens.opening TO \(annotators), \(readers);
      GRANT INSERT ON twinlens.step, twinlens.opening TO \(annotators);
      COMMIT;
      """
  }

  /// A name as SQL takes it, whatever is in it.
  private static func quoted(_ name: String) -> String {
    "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\""
  }

  private static func literal(_ text: String) -> String {
    "'\(text.replacingOccurrences(of: "'", with: "''"))'"
  }
}
