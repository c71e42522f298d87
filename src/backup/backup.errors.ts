/** The file is no whole backup: nothing of it was restored. */
export class BackupDamagedError extends Error {
  constructor(file: string, what: string, options?: ErrorOptions) {
    super(`${file} cannot be restored: ${what}. Take another copy of it, or an older backup`, options);
  }
}

/** Made by a version that knows more than this one. */
export class BackupTooNewError extends Error {
  constructor(version: string, unknown: readonly string[]) {
    super(
      `this backup was made by Quittance ${version}, whose database has what this version does not know ` +
        `(${unknown.join(', ')}): restore it with that version or a newer one`,
    );
  }
}

export class DatabaseNotEmptyError extends Error {
  constructor(tables: readonly string[]) {
    const named = tables.slice(0, 3).join(', ') + (tables.length > 3 ? ', …' : '');
    super(
      `the database is not empty: it has ${tables.length} ${tables.length === 1 ? 'table' : 'tables'} (${named}). A ` +
        'backup is restored into a database that was just created, and nothing was changed in this one: create ' +
        'another (createdb, or CREATE DATABASE), or for DATABASE_URL=embedded name another DATA_DIR',
    );
  }
}

export class BackupOfOtherWalletError extends Error {
  constructor(known: string, given: string) {
    super(
      `this backup's payments belong to another wallet: its first address is ${known}, and that of MNEMONIC or XPUB ` +
        `is ${given}. Give the wallet of that time`,
    );
  }
}

export class FileExistsError extends Error {
  constructor(file: string) {
    super(`${file} exists already, and no backup is overwritten: name another file`);
  }
}

export class UnknownTablesError extends Error {
  constructor(tables: readonly string[]) {
    super(
      `the database has tables that no migration of this version made: ${tables.join(', ')}. They are not backed up; ` +
        'if they are yours, say so with --only-known',
    );
  }
}

export class BackupNotWrittenError extends Error {
  constructor(file: string, cause: Error) {
    super(
      `${file} could not be written: ${cause.message}; make room there, or name another place. No backup was made`,
      {
        cause,
      },
    );
  }
}
