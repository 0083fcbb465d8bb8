<?php
/**
 * The stylesheet of this theme; a block theme loads none by itself.
 */

defined( 'ABSPATH' ) || exit;

add_action(
	'wp_enqueue_scripts',
	static fn() => wp_enqueue_style( 'store-platform', get_stylesheet_uri(), array(), wp_get_theme()->get( 'Version' ) )
);
add_action( 'after_setup_theme', static fn() => add_editor_style( 'style.css' ) );
