<?php
/**
 * The tokens of login-token.json, which the provisioner's tests sign: PHP takes those that it should, and no other.
 */
declare( strict_types=1 );

require $argv[1];

$vectors = json_decode( (string) file_get_contents( __DIR__ . '/login-token.json' ), true, 8, JSON_THROW_ON_ERROR );
foreach ( $vectors as $vector ) {
	$taken = null !== store_login_token( $vector['token'], $vector['key'], $vector['store'], $vector['now'] );
	if ( $taken !== $vector['taken'] ) {
		fwrite( STDERR, "woocommerce image: the log-in token '{$vector['what']}' is " . ( $taken ? 'taken' : 'refused' ) . "\n" );
		exit( 1 );
	}
}
