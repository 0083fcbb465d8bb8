<?php
/**
 * The product of the proof, and the samples.
 */
declare( strict_types=1 );

const SAMPLES = '/usr/local/lib/store/setup/samples';

/**
 * What the proof orders: published, so that it can be bought; physical, so that shipping is proved too; with its stock
 * managed, so that stock is. The must-use plugin keeps it out of every list.
 */
function proof_product(): void {
	$id      = wc_get_product_id_by_sku( STORE_PROOF_SKU );
	$product = $id ? wc_get_product( $id ) : new WC_Product_Simple();
	$product->set_name( 'Proof of sale' );
	$product->set_slug( 'store-platform-proof' );
	$product->set_sku( STORE_PROOF_SKU );
	$product->set_status( 'publish' );
	$product->set_catalog_visibility( 'hidden' );
	$product->set_regular_price( '1.00' );
	$product->set_tax_status( 'none' );
	$product->set_manage_stock( true );
	$product->set_stock_quantity( 1000000 );
	$product->set_reviews_allowed( false );
	$id = must( $product->save(), 'save the product of the proof' );
	wp_set_object_terms( $id, array(), 'product_cat' );
	update_option( STORE_PROOF_OPTION, $id );
}

/** Three pictures of our own drawing, in two categories; an owner deletes or changes them like any product. */
function sample_products(): void {
	$samples = json_decode( (string) file_get_contents( SAMPLES . '/products.json' ), true, 512, JSON_THROW_ON_ERROR );
	foreach ( $samples as $position => $sample ) {
		if ( wc_get_product_id_by_sku( $sample['sku'] ) ) {
			continue;
		}
		$category = term_exists( $sample['category'], 'product_cat' ) ?: wp_insert_term( $sample['category'], 'product_cat' );
		$product  = new WC_Product_Simple();
		$product->set_name( $sample['name'] );
		$product->set_short_description( $sample['short'] );
		$product->set_description( $sample['description'] );
		$product->set_regular_price( $sample['price'] );
		if ( isset( $sample['sale'] ) ) {
			$product->set_sale_price( $sample['sale'] );
		}
		$product->set_manage_stock( true );
		$product->set_stock_quantity( 25 );
		$product->set_featured( $sample['featured'] ?? false );
		$product->set_menu_order( $position );
		$product->set_category_ids( array( (int) must( $category, 'make the category' )['term_id'] ) );
		$product->set_image_id( sample_picture( $sample['picture'], $sample['name'] ) );
		// Last: its presence is what a repeated run looks for.
		$product->set_sku( $sample['sku'] );
		$product->set_status( 'publish' );
		must( $product->save(), "save the sample {$sample['sku']}" );
	}
}

/** The picture as an attachment, in the uploads; the one of an interrupted run is taken again. */
function sample_picture( string $file, string $title ): int {
	$earlier = get_posts( array( 'post_type' => 'attachment', 'meta_key' => '_store_platform_sample', 'meta_value' => $file, 'fields' => 'ids', 'numberposts' => 1 ) );
	if ( $earlier && wp_get_attachment_metadata( $earlier[0] ) && file_exists( (string) get_attached_file( $earlier[0] ) ) ) {
		return $earlier[0];
	}
	$uploads = wp_upload_dir();
	if ( $uploads['error'] ) {
		step_fail( 'the uploads volume cannot be written: ' . $uploads['error'] );
	}
	$target = "{$uploads['path']}/$file";
	if ( ! copy( SAMPLES . "/$file", $target ) ) {
		step_fail( "copy $file into the uploads volume" );
	}
	$id = $earlier[0] ?? must(
		wp_insert_attachment( array( 'post_title' => $title, 'post_mime_type' => 'image/webp', 'post_status' => 'inherit', 'meta_input' => array( '_store_platform_sample' => $file ) ), $target, 0, true ),
		"register $file"
	);
	update_attached_file( $id, $target );
	update_post_meta( $id, '_wp_attachment_image_alt', $title );
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $target ) );
	return $id;
}
