<?php
// WEBHOOK_SECRET=whsec_… php verify.php <webhook-id> <webhook-timestamp> <webhook-signature> < body

// $body is the request's raw bytes: parsing and printing the JSON again would change them.
function verify(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    $isFresh = ctype_digit($timestamp) && abs(time() - (int) $timestamp) <= 5 * 60;
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $matches = array_filter(explode(' ', $signatures), fn ($one) => hash_equals($expected, $one));
    return $isFresh && count($matches) > 0;
}

[, $id, $timestamp, $signatures] = $argv;
$isOurs = verify(getenv('WEBHOOK_SECRET'), $id, $timestamp, $signatures, file_get_contents('php://stdin'));
echo $isOurs ? "verified\n" : "refused\n";
exit($isOurs ? 0 : 1);
