import { ApiProperty } from '@nestjs/swagger';

/** `state`, as `status` was called before: it is there for clients that read it, and goes with a later version. */
export const OlderName = (values: readonly string[]) =>
  ApiProperty({
    enum: values,
    deprecated: true,
    description: 'The same as `status`, by its older name, which goes in version 0.3',
  });
