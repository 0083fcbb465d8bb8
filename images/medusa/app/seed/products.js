// What a new store shows, and what the proof buys. Prices are in the golden database's currency; a store's set-up
// carries them over to its own.

/** @type {{handle: string, title: string, category: string, subtitle: string, description: string, picture: string,
 *   option: string, variants: {name: string, sku: string, price: number, stock: number}[]}[]} */
const samples = [
  {
    handle: "stoneware-mug",
    title: "Stoneware mug",
    category: "Kitchen",
    subtitle: "A heavy mug with a sea-green dip.",
    description:
      "Thrown by hand, glazed twice. Holds 350 ml, keeps coffee warm, and is safe in the dishwasher.",
    picture: "mug.webp",
    option: "Set",
    variants: [
      { name: "One mug", sku: "SAMPLE-MUG", price: 18, stock: 25 },
      { name: "Pair", sku: "SAMPLE-MUG-2", price: 34, stock: 12 },
    ],
  },
  {
    handle: "linen-tote-bag",
    title: "Linen tote bag",
    category: "Carry",
    subtitle: "Room for the week's vegetables.",
    description: "Washed linen with a printed twig, long handles and an inner pocket. 38 × 42 cm.",
    picture: "tote.webp",
    option: "Size",
    variants: [{ name: "38 × 42 cm", sku: "SAMPLE-TOTE", price: 24, stock: 25 }],
  },
  {
    handle: "amber-candle",
    title: "Amber candle",
    category: "Living",
    subtitle: "Cedar, orange peel and a little smoke.",
    description: "Rapeseed wax with a cotton wick in a copper-coloured jar. Burns for about 45 hours.",
    picture: "candle.webp",
    option: "Burns for",
    variants: [
      { name: "45 hours", sku: "SAMPLE-CANDLE", price: 23, stock: 25 },
      { name: "80 hours", sku: "SAMPLE-CANDLE-80", price: 36, stock: 0 },
    ],
  },
  {
    handle: "clothbound-notebook",
    title: "Clothbound notebook",
    category: "Desk",
    subtitle: "160 dotted pages that lie flat.",
    description:
      "Sewn binding, navy cloth, a yellow elastic band. Paper of 100 g/m² that ink does not bleed through.",
    picture: "notebook.webp",
    option: "Format",
    variants: [{ name: "A5", sku: "SAMPLE-NOTEBOOK", price: 16.5, stock: 25 }],
  },
  {
    handle: "terracotta-planter",
    title: "Terracotta planter",
    category: "Living",
    subtitle: "With an agave that asks for little.",
    description:
      "Unglazed terracotta that breathes, 16 cm across, with a saucer. The plant wants light and water every second week.",
    picture: "planter.webp",
    option: "Size",
    variants: [{ name: "16 cm", sku: "SAMPLE-PLANTER", price: 32, stock: 25 }],
  },
  {
    handle: "wool-throw",
    title: "Wool throw",
    category: "Living",
    subtitle: "Raspberry and cream, 140 × 200 cm.",
    description:
      "Woven from lambswool, brushed until soft, finished with a short fringe. Warm without being heavy.",
    picture: "throw.webp",
    option: "Size",
    variants: [{ name: "140 × 200 cm", sku: "SAMPLE-THROW", price: 89, stock: 25 }],
  },
]

// Physical, so that shipping is proved too; counted, so that stock is.
const proof = {
  handle: "store-platform-proof",
  title: "Proof of sale",
  category: null,
  subtitle: null,
  description: "Bought by the platform to prove that this store sells. It is in no list that a customer sees.",
  picture: null,
  option: "Kind",
  variants: [{ name: "Proof", sku: "store-platform-proof", price: 1, stock: 1000000 }],
}

module.exports = { samples, proof }
