import { ParseUUIDPipe } from '@nestjs/common';

/** For ids in paths: what is no UUID is no thing's id either, and says the same as an id that nothing has. */
export function uuidOr(NotFound: new (id: string) => Error): ParseUUIDPipe {
  return new ParseUUIDPipe({ exceptionFactory: () => new NotFound('with that id') });
}
