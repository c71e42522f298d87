import { Global, Module } from '@nestjs/common';
import { Replicas } from './replicas.js';

/** Of a process that serves, and of no command. Global: /health tells of it. */
@Global()
@Module({ providers: [Replicas], exports: [Replicas] })
export class ReplicasModule {}
