// SPDX-License-Identifier: MIT
//
// The house as one sees it.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_PICTURE_H_
#define SEATFIELD_EXAMPLES_ON_SALE_PICTURE_H_

#include <span>
#include <string>

#include "house.h"
#include "seatfield/read_view.h"
#include "terminal.h"

namespace on_sale {

// One section: the first with an available or held seat, else the first.
std::string SectionPicture(const House& house,
                           std::span<const seatfield::SectionView> views,
                           const Terminal& terminal);

// All sections as an SVG document.
std::string HouseSvg(const House& house,
                     std::span<const seatfield::SectionView> views);

}  // namespace on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_PICTURE_H_
