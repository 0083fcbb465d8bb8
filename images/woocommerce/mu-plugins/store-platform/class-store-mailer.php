<?php
/**
 * PHPMailer with a decision at its end. preSend(), the composing, is untouched.
 */

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . WPINC . '/PHPMailer/PHPMailer.php';
require_once ABSPATH . WPINC . '/PHPMailer/SMTP.php';
require_once ABSPATH . WPINC . '/PHPMailer/Exception.php';
require_once ABSPATH . WPINC . '/class-wp-phpmailer.php';

// phpcs:ignore PEAR.NamingConventions.ValidClassName.Invalid
final class Store_Mailer extends WP_PHPMailer {
	public const NOBODY = 'nobody';
	public const SMTP   = 'smtp';
	public const NONE   = 'none';

	public string $road = self::NONE;

	/** @throws PHPMailer\PHPMailer\Exception */
	public function postSend() {
		return match ( $this->road ) {
			self::NOBODY => true,
			self::SMTP   => parent::postSend(),
			self::NONE   => throw new PHPMailer\PHPMailer\Exception( 'no mail server is configured (SMTP_HOST)' ),
		};
	}
}
