<?php
// WEBHOOK_SECRET=whsec_… php return.php <payment id of the order> <the URL that the customer came back to>

function verifyReturn(string $secret, string $paymentId, string $url): ?string
{
    parse_str(parse_url($url, PHP_URL_QUERY) ?? '', $said);
    ['status' => $status, 'timestamp' => $timestamp] = $said + ['status' => '', 'timestamp' => ''];
    $isFresh = ctype_digit($timestamp) && abs(time() - (int) $timestamp) <= 5 * 60;
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $expected = hash_hmac('sha256', "return.$paymentId.$status.$timestamp", $key);
    $matches = array_filter(explode(',', $said['signature'] ?? ''), fn ($one) => hash_equals($expected, $one));
    return $isFresh && ($said['payment_id'] ?? '') === $paymentId && $matches ? $status : null;
}

$status = verifyReturn(getenv('WEBHOOK_SECRET'), $argv[1], $argv[2]);
echo $status ?? 'refused', "\n";
exit($status === null ? 1 : 0);
