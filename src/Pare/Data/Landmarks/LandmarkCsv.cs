using System.Collections.Immutable;
using System.Text;

namespace Pare.Data.Landmarks;

/// <summary>
/// A table of faces: <c>image, x0, y0, x1, y1, ...</c>, with or without a line of headings. Coordinates count pixels from 0, as OpenCV and
/// NumPy do, so half a pixel separates them from <see cref="LandmarkPhoto"/>'s. Paths are relative to the table.
/// </summary>
internal static class LandmarkCsv
{
    private const float Offset = 0.5f;

    /// <param name="file">The file's bytes.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="folder">Its folder within the set, "" or ending in '/'.</param>
    /// <exception cref="BadInputException">A line of another length, a cell that is no finite number, or a photo outside the folder.</exception>
    public static List<Annotation> Parse(ReadOnlySpan<byte> file, string name, string folder)
    {
        var text = Encoding.UTF8.GetString(file).TrimStart('\uFEFF');
        var faces = new List<Annotation>();
        var (columns, line) = (0, 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            line++;
            if (row.IsWhiteSpace()) continue;
            var count = row.Count(',') + 1;
            if (columns == 0) columns = CheckColumns(count, name, line);
            if (count != columns) throw new BadInputException($"'{name}' line {line} has {count} columns, the lines before it have {columns}");
            if (faces.Count == 0 && IsHeading(row)) continue;
            if (faces.Count == Annotation.MaxFaces) throw new BadInputException($"'{name}' has more than {Annotation.MaxFaces} faces");
            faces.Add(ParseRow(row, columns, folder, $"'{name}' line {line}"));
        }
        return faces;
    }

    private static int CheckColumns(int count, string name, int line) => count % 2 == 1 && PointScheme.TryOf(count / 2) is not null
        ? count
        : throw new BadInputException($"'{name}' line {line} has {count} columns; allowed are 11, 137 and 197 (image, then x and y of 5, 68 or 98 points)");

    /// <summary>A row whose second cell has a letter in it that no number has.</summary>
    private static bool IsHeading(ReadOnlySpan<char> row)
    {
        var rest = row[(row.IndexOf(',') + 1)..];
        var cell = Cell(rest[..rest.IndexOf(',')]);
        return cell.Length > 0 && (char.IsAsciiLetter(cell[0]) || cell[0] == '_') && !float.TryParse(cell, out _);
    }

    private static Annotation ParseRow(ReadOnlySpan<char> row, int columns, string folder, string where)
    {
        var points = ImmutableArray.CreateBuilder<float>(columns - 1);
        var photo = "";
        foreach (var range in row.Split(','))
        {
            var cell = Cell(row[range]);
            if (photo.Length == 0)
            {
                photo = Annotation.Inside(folder, cell.ToString(), where);
                continue;
            }
            points.Add(Annotation.TryNumber(cell, out var value)
                ? value + Offset
                : throw new BadInputException($"{where} column {points.Count + 2} is '{Annotation.Shown(cell)}', needed is a finite number"));
        }
        return new Annotation(photo, points.MoveToImmutable(), null, where);
    }

    private static ReadOnlySpan<char> Cell(ReadOnlySpan<char> cell) => cell.Trim() is ['"', .. var inner, '"'] ? inner : cell.Trim();
}
