"""How large an input may be, for every reader: arguments, files, stored answers.

Past a limit a reader refuses, before it spends time or memory. The limits are far
above what the package itself writes; none is a statement about mathematics.
"""

from __future__ import annotations

from typing import Final

#: Decimal digits of one integer, and of a numerator or denominator.
DIGITS: Final = 1_000

#: Modulus of a decimal exponent, as in ``1e-6``.
EXPONENT: Final = 1_000

#: Bytes of one JSON or TOML document.
DOCUMENT_BYTES: Final = 8 << 20

#: Lists and objects inside one another.
NESTING: Final = 50

#: Bytes of one ticket, target or collapsed network.
TENSOR_FILE_BYTES: Final = 1 << 29

#: Layers of one network.
LAYERS: Final = 1_000

#: Characters of a network's name.
NAME: Final = 1_000

#: Weights of one target network.
WEIGHTS: Final = 1 << 26

#: Rows or columns of a kernel, and of an image.
KERNEL_SIDE: Final = 1 << 12
IMAGE_SIDE: Final = 1 << 24

#: Axes of one tensor of a graph.
AXES: Final = 16

#: Entries of one tensor of a graph; they are numbered in 64 bits.
ENTRIES: Final = 1 << 60

#: Modulus of e, where a layer is scaled by 2^e.
SCALE_EXPONENT: Final = 1 << 10

#: Units n of one random layer; its filters are numbered in 64 bits.
WIDTH: Final = 1 << 48

#: Seeds are the unsigned integers below this.
SEEDS: Final = 1 << 64

#: Dimension m of the vectors of a random subset sum.
DIMENSION: Final = 10_000

#: Numbers in the columns that a stored proposal of a search chooses.
PROPOSED_ENTRIES: Final = 1 << 26

#: Samples n of a certificate, and blocks of samples.
SAMPLES: Final = 10**9

#: Terms of a symbolic sum that is written out or evaluated term by term.
TERMS: Final = 100_000

#: Samples whose subsets are counted, size by size.
COUNTED_SAMPLES: Final = 20_000

#: Samples up to which a necessary width is looked for; evaluating costs their square.
NECESSARY_SAMPLES: Final = 1 << 15

#: Samples of one stored certificate; evaluating more would only cost time.
CERTIFICATE_SAMPLES: Final = 50_000

#: Independent blocks of one stored certificate.
CERTIFICATE_BLOCKS: Final = 1_000

#: Binary digits of an exact number that a statement's formula asks for: a power, a
#: factorial, a binomial coefficient; and of a product or a sum of fractions.
EXACT_BITS: Final = 1 << 17
SUM_BITS: Final = 4 * EXACT_BITS

#: Binary digits of the powers of factors that a root of a fraction is written with.
ROOT_BITS: Final = 1 << 22

#: Binary digits of an exponent of a constant: exp(2^MAGNITUDE_BITS) can be enclosed.
MAGNITUDE_BITS: Final = 1 << 13

#: Terms of a formula, once multiplied out, its degree, and binary digits of a number in
#: it, up to which it is rewritten: expanded, factored, simplified, differentiated.
EXPANDED_TERMS: Final = 1_000
EXPANDED_DEGREE: Final = 60
EXPANDED_DIGITS: Final = 1 << 14

#: Parts of one formula whose sign is asked of SymPy's assumptions, and of all formulas
#: whose signs one proof of a trend asks for.
SIGN_NODES: Final = 400
PROOF_NODES: Final = 3_000

#: Parts of all terms of a symbolic sum that is written out.
WRITTEN_NODES: Final = 1_000_000

#: Operations of one enclosure of a constant, of all constants that one search
#: compares, and of all cells of one comparison over a range; an integral counts as a
#: sum of INTEGRAL_TERMS terms.
ENCLOSED_NODES: Final = 2_000_000
SEARCHED_NODES: Final = 5_000_000
COMPARED_NODES: Final = 50_000_000
INTEGRAL_TERMS: Final = 1_000

#: Parts of one formula whose limit is sought.
LIMIT_NODES: Final = 200
