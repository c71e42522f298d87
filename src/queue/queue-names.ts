/** The one queue there is: deliveries to webhook endpoints. */
export const WEBHOOK_QUEUE = 'webhooks';
