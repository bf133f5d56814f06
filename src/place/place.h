/* place/place.h: where things are: divisions of China, countries, areas and their risk, cells on the ground.
 *
 * Pure: no file, no clock. Names and codes are in the program (script/generate-places, share/places/README.md). */

#ifndef HEALTHCODE_PLACE_PLACE_H
#define HEALTHCODE_PLACE_PLACE_H

#include "place/cell.h"
#include "place/division.h"
#include "place/risk.h"

#endif
