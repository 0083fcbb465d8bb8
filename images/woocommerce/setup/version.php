<?php
/**
 * Raised when a step is added. Readiness waits until the store's database has been through this version.
 */
const STORE_SETUP_VERSION = 1;
