<?php
/**
 * What a log-in link's token is, without WordPress: the provisioner signs it, and both sides keep to the same vectors
 * (images/login-token.json).
 */

/** The longest that a token is taken for, whatever it says of itself: a minute, and what two clocks may differ by. */
const STORE_LOGIN_SECONDS = 90;

/**
 * Null for a token that is not ours, or not of now.
 *
 * @return array{expires: int, nonce: string}|null
 */
function store_login_token( string $given, string $key, string $store, int $now ): ?array {
	// A store from before there were links has no key: an empty one would let everybody sign.
	if ( strlen( $key ) < 32 || ! preg_match( '/\A([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})\z/', $given, $parts ) ) {
		return null;
	}
	list( , $expires, $nonce, $signature ) = $parts;
	$right = hash_hmac( 'sha256', "store-platform-login\n$store\n$expires\n$nonce", $key );
	if ( ! hash_equals( $right, $signature ) ) {
		return null;
	}
	$left = (int) $expires - $now;
	return $left < 0 || $left > STORE_LOGIN_SECONDS ? null : array( 'expires' => (int) $expires, 'nonce' => $nonce );
}
