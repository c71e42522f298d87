import { HealthModule } from '../health/health.module.js';
import { EventHandlersModule } from '../webhooks/handlers/event-handlers.module.js';

/** What a command needs besides whose work writes events: the handlers that make their bodies, and the chains' health. */
export const EVENT_WRITERS = [EventHandlersModule, HealthModule];
