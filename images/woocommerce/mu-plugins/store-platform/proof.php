<?php
/**
 * The product that the platform buys to prove that the store sells, and the orders of those proofs: in no list that
 * a customer or an owner sees, and in no report.
 */

defined( 'ABSPATH' ) || exit;

const STORE_PROOF_SKU    = 'store-platform-proof';
const STORE_PROOF_EMAIL  = 'proof@store-platform.invalid';
const STORE_PROOF_OPTION = 'store_platform_proof_product';

function store_proof_product_id(): int {
	return (int) get_option( STORE_PROOF_OPTION, 0 );
}

function store_is_proof_order( mixed $order ): bool {
	return $order instanceof WC_Abstract_Order && ! $order instanceof WC_Order_Refund
		&& STORE_PROOF_EMAIL === strtolower( $order->get_billing_email() );
}

/** The platform itself asks for the product, by its SKU, with the key of the admin API. */
function store_query_asks_for_proof( WP_Query $query ): bool {
	if ( ! current_user_can( 'manage_woocommerce' ) || is_admin() ) {
		return false;
	}
	foreach ( (array) $query->get( 'meta_query' ) as $clause ) {
		if ( is_array( $clause ) && '_sku' === ( $clause['key'] ?? '' ) && in_array( STORE_PROOF_SKU, (array) ( $clause['value'] ?? array() ), true ) ) {
			return true;
		}
	}
	return false;
}

// Every list of posts is a WP_Query: shop, search, feeds, blocks, Store API, REST, sitemaps, wp-admin.
add_filter(
	'posts_where',
	static function ( string $where, WP_Query $query ): string {
		global $wpdb;
		$id = store_proof_product_id();
		if ( ! $id || store_query_asks_for_proof( $query ) ) {
			return $where;
		}
		return $where . $wpdb->prepare( " AND {$wpdb->posts}.ID <> %d", $id );
	},
	10,
	2
);

// get_posts() and the like pass by posts_where.
add_action(
	'pre_get_posts',
	static function ( WP_Query $query ): void {
		$id = store_proof_product_id();
		if ( $id && $query->get( 'suppress_filters' ) && ! store_query_asks_for_proof( $query ) ) {
			$query->set( 'post__not_in', array_merge( (array) ( $query->get( 'post__not_in' ) ?: array() ), array( $id ) ) );
		}
	}
);

// Numbers beside the lists ("All (7)").
add_filter(
	'wp_count_posts',
	static function ( object $counts, string $type ): object {
		if ( 'product' === $type && store_proof_product_id() && ( $counts->publish ?? 0 ) > 0 ) {
			--$counts->publish;
		}
		return $counts;
	},
	10,
	2
);

// The owner's trash must not end the proofs: without this product the platform takes the store for broken.
foreach ( array( 'pre_trash_post', 'pre_delete_post' ) as $store_hook ) {
	add_filter(
		$store_hook,
		static fn( mixed $check, WP_Post $post ): mixed => store_proof_product_id() === $post->ID ? false : $check,
		10,
		2
	);
}

// Reports: WooCommerce's own way to leave an order out of analytics.
add_filter( 'woocommerce_analytics_is_test_order', static fn( bool $test, mixed $order ): bool => $test || store_is_proof_order( $order ), 10, 2 );

// A proof leaves the shelf as it was, also where its order is deleted without being cancelled first. Once only: the
// order remembers whether its stock was taken.
add_action(
	'woocommerce_before_delete_order',
	static function ( int $id, mixed $order ): void {
		if ( store_is_proof_order( $order ) ) {
			wc_maybe_increase_stock_levels( $order );
		}
	},
	10,
	2
);
