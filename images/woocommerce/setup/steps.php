<?php
/**
 * Steps that are done once in a store's life. What an owner changes afterwards is not touched by a later set-up.
 */
declare( strict_types=1 );

/** Ends the phase: nothing after a failed step is tried. */
function step_fail( string $why ): never {
	fwrite( STDERR, "setup: $why\n" );
	exit( 1 );
}

/**
 * Runs $act unless it is marked as done. Act and mark are one transaction, so that a kill leaves both or neither; where
 * the act makes tables (which commits in MySQL), a repeat finds them. One transaction also means one flush to the disk
 * instead of hundreds.
 */
function step( string $name, callable $act ): void {
	$done = get_option( 'store_platform_setup_steps', array() );
	if ( isset( $done[ $name ] ) ) {
		return;
	}
	global $wpdb;
	$started = microtime( true );
	$wpdb->query( 'START TRANSACTION' );
	$act();
	$done[ $name ] = gmdate( 'c' );
	update_option( 'store_platform_setup_steps', $done, false );
	if ( false === $wpdb->query( 'COMMIT' ) ) {
		step_fail( "step $name: $wpdb->last_error" );
	}
	if ( ! isset( get_option( 'store_platform_setup_steps', array() )[ $name ] ) ) {
		step_fail( "step $name: its mark could not be written" );
	}
	printf( "setup: %s %.1f\n", $name, microtime( true ) - $started );
}

/** What WordPress answers instead of throwing. */
function must( mixed $result, string $what ): mixed {
	if ( is_wp_error( $result ) ) {
		step_fail( "$what: " . $result->get_error_message() );
	}
	if ( false === $result || null === $result || 0 === $result ) {
		step_fail( "$what: WordPress answered that it failed" );
	}
	return $result;
}

// An error that WordPress would show on a page must end the phase with a code of its own.
set_exception_handler(
	static function ( Throwable $e ): void {
		fwrite( STDERR, 'setup: ' . $e->getMessage() . ' at ' . $e->getFile() . ':' . $e->getLine() . "\n" );
		exit( 1 );
	}
);
// wp_die() ends a process with 0 on the command line.
function step_wp_die( mixed $message ): never {
	step_fail( is_wp_error( $message ) ? $message->get_error_message() : wp_strip_all_tags( (string) $message ) );
}
$_SERVER['HTTP_HOST']   = (string) parse_url( (string) getenv( 'STORE_PUBLIC_URL' ), PHP_URL_HOST );
$_SERVER['REQUEST_URI'] = '/';
// Read by the must-use plugin.
define( 'STORE_SETUP', true );
// WordPress would print a page about a fatal error; the log's line is what is wanted here.
define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
