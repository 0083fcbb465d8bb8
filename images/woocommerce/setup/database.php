<?php
/**
 * The store's database without WordPress: for the probe, and for set-up before there are tables.
 */
declare( strict_types=1 );

/** @throws mysqli_sql_exception */
function store_connect( int $timeout_seconds ): mysqli {
	mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
	$address = getenv( 'WORDPRESS_DB_HOST' ) ?: 'mysql:3306';
	$colon   = strrpos( $address, ':' );
	$host    = false === $colon ? $address : substr( $address, 0, $colon );
	$port    = false === $colon ? 3306 : (int) substr( $address, $colon + 1 );
	$db      = mysqli_init();
	$db->options( MYSQLI_OPT_CONNECT_TIMEOUT, $timeout_seconds );
	$db->options( MYSQLI_OPT_READ_TIMEOUT, max( $timeout_seconds, 5 ) );
	$db->real_connect(
		$host,
		getenv( 'WORDPRESS_DB_USER' ) ?: 'wordpress',
		(string) getenv( 'WORDPRESS_DB_PASSWORD' ),
		getenv( 'WORDPRESS_DB_NAME' ) ?: 'wordpress',
		$port
	);
	return $db;
}

/**
 * The values of some WordPress options; none of them where WordPress has no tables yet.
 *
 * @param string[] $names
 * @return array<string, string>
 */
function store_options( mysqli $db, array $names ): array {
	$prefix = getenv( 'WORDPRESS_TABLE_PREFIX' ) ?: 'wp_';
	if ( ! preg_match( '/^[A-Za-z0-9_]+$/', $prefix ) ) {
		throw new InvalidArgumentException( 'WORDPRESS_TABLE_PREFIX may hold letters, digits and _ only' );
	}
	$marks = implode( ',', array_fill( 0, count( $names ), '?' ) );
	try {
		$rows = $db->execute_query( "SELECT option_name, option_value FROM {$prefix}options WHERE option_name IN ($marks)", $names );
	} catch ( mysqli_sql_exception $e ) {
		if ( 1146 === $e->getCode() ) { // no such table
			return array();
		}
		throw $e;
	}
	return array_column( $rows->fetch_all( MYSQLI_ASSOC ), 'option_value', 'option_name' );
}
