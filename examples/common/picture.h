// SPDX-License-Identifier: MIT
//
// Sections as one sees them.

#ifndef SEATFIELD_EXAMPLES_COMMON_PICTURE_H_
#define SEATFIELD_EXAMPLES_COMMON_PICTURE_H_

#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "common/panel.h"
#include "common/terminal.h"

namespace examples {

// The rows of one section, as many as asked for, and of each what fits the
// terminal. It says so if that is not all.
std::string SectionPicture(
    const Panel& panel, const Terminal& terminal,
    std::size_t rows_max = std::numeric_limits<std::size_t>::max());

// What the letters or colours of SectionPicture() stand for.
std::string PictureLegend(const Terminal& terminal);

// All of the sections as an SVG document.
std::string HouseSvg(std::span<const Panel> panels);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_PICTURE_H_
