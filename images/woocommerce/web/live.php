<?php
/**
 * Liveness: Apache answers and PHP runs. It never asks the database: a slow database must not restart the shop.
 */
header( 'Content-Type: text/plain' );
header( 'Cache-Control: no-store' );
echo "live\n";
