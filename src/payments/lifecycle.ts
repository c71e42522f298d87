export type PaymentStatus = 'pending' | 'partially_paid' | 'detected' | 'confirmed' | 'settled' | 'expired' | 'failed';
export type PaymentException = 'underpaid' | 'overpaid' | 'late';
