"""Make the data set "letters": the 26 capitals, rendered from free fonts with slants, weights and bends.

    python -m data.make_letters                 # fetch Debian's packages of the fonts, render, write the file
    python -m data.make_letters --fonts FOLDER  # use a folder with the packages' files, such as /

The fonts of the test pictures are of other families than those of the training pictures, so a network has to
know letters, and not fonts. Each picture is rendered large, warped, and placed as MNIST's digits are.
"""

from __future__ import annotations

import argparse
import io
import string
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from data.included_set import save
from kd.pictures.data_sets import described
from kd.pictures.drawing import placed

NAME = "letters"
LETTERS = string.ascii_uppercase
SIDE = 112
"""Of the picture in which a letter is rendered, in pixels."""

PILLOWS = "Pillow"
"""The font that comes with Pillow itself."""

# Debian package: files below /usr/share/fonts
TRAIN_FONTS = {
    PILLOWS: ["Aileron"],
    "fonts-bwht": ["opentype/bwht/BecauseWeCreate-Regular.otf", "opentype/bwht/BecauseWeLearn-Regular.otf"],
    "fonts-breip": ["truetype/breip/Breip.ttf"],
    "fonts-cantarell": ["opentype/cantarell/Cantarell-VF.otf"],
    "fonts-comfortaa": ["truetype/comfortaa/Comfortaa-Regular.ttf"],
    "fonts-comic-neue": ["opentype/comic-neue/ComicNeue-Regular.otf"],
    "fonts-dejavu-core": [
        "truetype/dejavu/DejaVuSans.ttf",
        "truetype/dejavu/DejaVuSans-Bold.ttf",
        "truetype/dejavu/DejaVuSerif.ttf",
    ],
    "fonts-dosis": ["opentype/dosis/Dosis-Book.otf"],
    "fonts-ebgaramond": ["opentype/ebgaramond/EBGaramond12-Italic.otf"],
    "fonts-freefont-ttf": ["truetype/freefont/FreeSansBold.ttf", "truetype/freefont/FreeSerifItalic.ttf"],
    "fonts-humor-sans": ["truetype/humor-sans/Humor-Sans.ttf"],
    "fonts-inconsolata": ["truetype/inconsolata/Inconsolata.otf"],
    "fonts-lato": ["truetype/lato/Lato-Light.ttf"],
    "fonts-liberation": [
        "truetype/liberation/LiberationMono-Regular.ttf",
        "truetype/liberation/LiberationSans-Italic.ttf",
        "truetype/liberation/LiberationSerif-Bold.ttf",
    ],
    "fonts-linuxlibertine": [
        "opentype/linux-libertine/LinBiolinum_R.otf",
        "opentype/linux-libertine/LinLibertine_R.otf",
    ],
    "fonts-oldstandard": ["truetype/fonts-oldstandard/OldStandard-Regular.ttf"],
    "fonts-open-sans": ["truetype/open-sans/OpenSans-CondLight.ttf"],
    "fonts-play": ["opentype/play/Play-Regular.otf"],
    "fonts-prociono": ["opentype/fonts-prociono/Prociono.otf"],
    "fonts-quicksand": ["truetype/quicksand/Quicksand-Medium.ttf"],
    "fonts-rufscript": ["truetype/rufscript/Rufscript010.ttf"],
    "fonts-sil-gentium-basic": ["truetype/gentium-basic/GenBasR.ttf"],
    "fonts-vollkorn": ["truetype/vollkorn/Vollkorn-Bold.ttf"],
}
TEST_FONTS = {
    "fonts-cabin": ["opentype/cabin/Cabin-Bold.otf", "opentype/cabin/Cabin-Italic.otf"],
    "fonts-crosextra-caladea": ["truetype/crosextra/Caladea-Bold.ttf"],
    "fonts-dkg-handwriting": ["truetype/fifthhorseman/dkg.ttf"],
    "fonts-goudybookletter": ["opentype/sortsmill/GoudyBookletter1911.otf"],
    "fonts-hack": ["truetype/hack/Hack-Bold.ttf"],
    "fonts-junicode": ["opentype/junicode/Junicode-Light.otf"],
    "fonts-jura": ["opentype/jura/Jura-Regular.otf"],
    "fonts-roboto-unhinted": [
        "truetype/roboto/unhinted/RobotoTTF/Roboto-BlackItalic.ttf",
        "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    ],
    "fonts-tomsontalks": ["truetype/tomsontalks/TomsonTalks.ttf"],
    "fonts-yanone-kaffeesatz": ["opentype/yanone-kaffeesatz/YanoneKaffeesatz-Light.otf"],
}
# Each letter in each font so many times: 300 and 60 pictures a letter.
TRAIN_VARIANTS, TEST_VARIANTS = 10, 5


def fetch(folder: Path) -> None:
    """Downloads the packages with apt, and unpacks them into a folder."""
    packages = [name for name in (*TRAIN_FONTS, *TEST_FONTS) if name != PILLOWS]
    subprocess.run(["apt-get", "download", "-qq", *packages], cwd=folder, check=True)
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)


def opened(folder: Path, package: str, file: str) -> ImageFont.FreeTypeFont:
    """Returns a font in the size in which letters are rendered."""
    size = round(0.6 * SIDE)
    if package == PILLOWS:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font
    layout = ImageFont.Layout.BASIC  # where Raqm is, it would kern
    path = folder / "usr/share/fonts" / file
    return ImageFont.truetype(io.BytesIO(path.read_bytes()), size, layout_engine=layout)


def pictures_of(font: ImageFont.FreeTypeFont, number: int, variants: int) -> np.ndarray:
    """Returns pictures of one font, uint8 (26, variants, 28, 28).

    number: the font's, which no other has: it draws the variants.
    """
    return np.stack(
        [
            [picture(font, letter, np.random.default_rng([number, place, each])) for each in range(variants)]
            for place, letter in enumerate(LETTERS)
        ]
    )


def picture(font: ImageFont.FreeTypeFont, letter: str, random: np.random.Generator) -> np.ndarray:
    """Returns one variant of a letter, uint8 (28, 28): bolder or lighter, bent, slanted, turned, blurred."""
    canvas = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(canvas).text((SIDE / 2, SIDE / 2), letter, 255, font, anchor="mm")
    box = canvas.getbbox()
    assert box is not None, f"{font.getname()} has no {letter}"
    canvas = _heavier(canvas, int(random.choice([-1, -1, 0, 0, 1, 2])))
    rows, columns = _places(box, random)
    bent = _taken(np.asarray(canvas, np.float32), rows, columns)
    blurred = Image.fromarray(bent.astype(np.uint8)).filter(ImageFilter.GaussianBlur(random.uniform(0.5, 2)))
    ink = np.asarray(blurred, np.float32)
    return np.rint(255 * placed(ink / ink.max())).astype(np.uint8)


def _heavier(canvas: Image.Image, by: int) -> Image.Image:
    """Returns the letter with wider strokes, or narrower ones; unchanged where little would be left."""
    if by == 0:
        return canvas
    other = canvas.filter(ImageFilter.MaxFilter(2 * by + 1) if by > 0 else ImageFilter.MinFilter(3))
    if by < 0:
        return other if np.asarray(other).sum() > 0.5 * np.asarray(canvas).sum() else canvas
    return other if np.asarray(other.crop(other.getbbox())).mean() < 0.6 * 255 else canvas


def _places(box: tuple[int, int, int, int], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns where each pixel of the warped picture is taken from, two arrays (SIDE, SIDE)."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2.0
    turn, slant = np.deg2rad(random.normal(0, 5)), random.normal(0.05, 0.1)
    wide, high = np.exp(random.normal(0, 0.1, 2))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.array([[high, 0], [0, wide]]) @ np.array([[1, 0], [slant, 1]])
    bend_rows, bend_columns = _bend(random), _bend(random)
    middle_row, middle_column = (box[1] + box[3] - 1) / 2, (box[0] + box[2] - 1) / 2
    return (
        matrix[0, 0] * rows + matrix[0, 1] * columns + middle_row + bend_rows,
        matrix[1, 0] * rows + matrix[1, 1] * columns + middle_column + bend_columns,
    )


def _bend(random: np.random.Generator) -> np.ndarray:
    """Returns smooth random distances, (SIDE, SIDE): as Simard, Steinkraus and Platt (2003), coarser."""
    coarse = random.normal(0, 0.013 * SIDE, (5, 5)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _taken(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Returns the picture at these places, between pixels linearly; beyond its edge there is no ink."""
    padded = np.pad(picture, 1)
    rows, columns = (np.clip(each + 1, 0, SIDE + 0.999) for each in (rows, columns))
    above, left = rows.astype(int), columns.astype(int)
    down, right = rows - above, columns - left
    upper = padded[above, left] * (1 - right) + padded[above, left + 1] * right
    lower = padded[above + 1, left] * (1 - right) + padded[above + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def made(folder: Path) -> dict[str, np.ndarray]:
    """Returns the arrays of the data set."""
    arrays: dict[str, np.ndarray] = {}
    number = 0
    for part, fonts, variants in (
        ("train", TRAIN_FONTS, TRAIN_VARIANTS),
        ("test", TEST_FONTS, TEST_VARIANTS),
    ):
        found = []
        for package, file in [(package, file) for package, files in fonts.items() for file in files]:
            found.append(pictures_of(opened(folder, package, file), number, variants))
            number += 1
        # font by font, and in each all letters once, then again: the first pictures are of all letters
        pictures = np.stack(found).transpose(2, 0, 1, 3, 4).reshape(-1, 28, 28)
        labels = np.tile(np.arange(len(LETTERS), dtype=np.uint8), len(found) * variants)
        arrays |= {f"x_{part}": pictures, f"y_{part}": labels}
    return arrays


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fonts", type=Path, help="folder with the files of the packages")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.fonts or Path(temporary)
        if arguments.fonts is None:
            fetch(folder)
        arrays = made(folder)
    save(arrays, described(arrays, LETTERS, NAME))
    return 0


if __name__ == "__main__":
    sys.exit(main())
