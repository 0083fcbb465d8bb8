<?php
/**
 * Mail by the SMTP server of the environment. Every mail is composed in full, whatever becomes of it: a shop whose
 * mail cannot be composed answers 500 at checkout, and the proof must see that.
 *
 * Three roads at the end: a proof's mail goes to nobody; with SMTP_HOST it goes to that server; without one it is an
 * error that the log and the owner's screen name, never a silent loss.
 */

defined( 'ABSPATH' ) || exit;

function store_smtp_host(): string {
	return (string) getenv( 'SMTP_HOST' );
}

/** Whether the mail that WooCommerce is about to send belongs to a proof. */
function store_mail_of_proof( ?bool $set = null ): bool {
	static $proof = false;
	if ( null !== $set ) {
		$proof = $set;
	}
	return $proof;
}

add_filter(
	'woocommerce_mail_callback_params',
	static function ( array $params, mixed $email = null ): array {
		store_mail_of_proof( store_is_proof_order( $email->object ?? null ) );
		return $params;
	},
	10,
	2
);

// wp_mail() composes in the global $phpmailer; ours decides only at the very end where it goes.
add_filter(
	'pre_wp_mail',
	static function ( mixed $handled, array $mail ): mixed {
		require_once __DIR__ . '/class-store-mailer.php';
		$to          = array_map( 'strtolower', array_map( 'trim', is_array( $mail['to'] ) ? $mail['to'] : explode( ',', $mail['to'] ) ) );
		$for_nobody  = store_mail_of_proof() || array( STORE_PROOF_EMAIL ) === array_values( $to );
		store_mail_of_proof( false );
		$mailer             = new Store_Mailer( true );
		$mailer::$validator = static fn( string $address ): bool => (bool) is_email( $address );
		$mailer->road       = match ( true ) {
			$for_nobody              => Store_Mailer::NOBODY,
			'' === store_smtp_host() => Store_Mailer::NONE,
			default                  => Store_Mailer::SMTP,
		};
		$GLOBALS['phpmailer'] = $mailer;
		return $handled;
	},
	10,
	2
);

add_action(
	'phpmailer_init',
	static function ( PHPMailer\PHPMailer\PHPMailer $mailer ): void {
		if ( '' === store_smtp_host() ) {
			return;
		}
		$tls  = strtolower( (string) getenv( 'SMTP_TLS' ) );
		$port = (int) getenv( 'SMTP_PORT' );
		$mailer->isSMTP();
		$mailer->Host        = store_smtp_host();
		$mailer->Port        = $port ?: ( 'tls' === $tls ? 465 : 587 );
		$mailer->SMTPSecure  = match ( $tls ) {
			'tls'      => PHPMailer\PHPMailer\PHPMailer::ENCRYPTION_SMTPS,
			'starttls' => PHPMailer\PHPMailer\PHPMailer::ENCRYPTION_STARTTLS,
			default    => '',
		};
		// "none" means none: otherwise PHPMailer takes STARTTLS where it is offered, and fails on a catcher's certificate.
		$mailer->SMTPAutoTLS = 'none' !== $tls;
		$mailer->SMTPAuth    = '' !== (string) getenv( 'SMTP_USER' );
		$mailer->Username    = (string) getenv( 'SMTP_USER' );
		$mailer->Password    = (string) getenv( 'SMTP_PASSWORD' );
		// A customer waits at checkout while this goes on.
		$mailer->Timeout     = 8;
	}
);

// The address that the SMTP server lets us send from; what an owner set in WooCommerce stays as Reply-To.
foreach ( array( 'wp_mail_from', 'woocommerce_email_from_address' ) as $store_hook ) {
	add_filter( $store_hook, static fn( string $from ): string => (string) getenv( 'SMTP_FROM' ) ?: $from, 20 );
}

add_action(
	'wp_mail_failed',
	static function ( WP_Error $error ): void {
		$data = $error->get_error_data();
		error_log( 'store: mail "' . ( $data['subject'] ?? '' ) . '" was not sent: ' . $error->get_error_message() );
	}
);

add_action(
	'admin_notices',
	static function (): void {
		if ( '' === store_smtp_host() && current_user_can( 'manage_woocommerce' ) ) {
			echo '<div class="notice notice-warning"><p>' . esc_html__( 'This store sends no mail: no mail server is configured. Customers receive no order confirmation. Ask the platform’s operator to set app.smtp.', 'store-platform' ) . '</p></div>';
		}
	}
);
