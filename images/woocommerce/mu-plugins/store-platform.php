<?php
/**
 * Plugin Name: Store platform
 * Description: What a managed store needs: mail by SMTP, the product of the proof kept out of sight, no update nags,
 *   the owner's log-in by a signed link.
 * Version: 1
 * License: Apache-2.0
 */

defined( 'ABSPATH' ) || exit;

require __DIR__ . '/store-platform/proof.php';
require __DIR__ . '/store-platform/mail.php';
require __DIR__ . '/store-platform/managed.php';
require __DIR__ . '/store-platform/login.php';
