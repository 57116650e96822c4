using Pare.Coding.Container;

namespace Pare.Coding.Modelled;

/// <summary>
/// Codes a tensor's elements with adaptive models. The same code runs in both directions: when decoding, the plan is read
/// instead of given, and the elements are written.
/// </summary>
internal sealed class TensorModel(ArithmeticCoder coder, Payload payload)
{
    /// <summary>Most elements a modelled tensor may have: about half a second of decoding.</summary>
    public const int MaxCount = 1 << 21;

    /// <summary>Codes the elements.</summary>
    /// <param name="data">The elements; written when decoding.</param>
    /// <param name="codebooks">Tensors already coded, whose values this one's symbols may be codes of.</param>
    /// <param name="codebook">Index of the one that they are, or -1; ignored when decoding.</param>
    public void Code(Span<byte> data, IReadOnlyList<(Payload Payload, byte[] Data)> codebooks, int codebook)
    {
        var plan = coder.IsDecoding ? null : Plan.Of(data, payload);
        switch ((Form)coder.Bits((uint)(plan?.Form ?? Form.Symbols), 2))
        {
            case Form.Symbols: Symbols(data, plan, codebooks, codebook); break;
            case Form.Numbers: Numbers(data, plan); break;
            case Form.SparseNumbers: SparseNumbers(data, plan); break;
            default: OnGrid(data, plan); break;
        }
    }

    private void Symbols(Span<byte> data, Plan? plan, IReadOnlyList<(Payload Payload, byte[] Data)> codebooks, int codebook)
    {
        var zero = plan?.Zero ?? 0;
        Alphabet alphabet;
        byte[]? palette = null;
        int zeroRank;
        var isNamed = true;
        if (payload.Width > 1)
        {
            palette = Palette(plan);
            alphabet = Alphabet.OfValues(palette, payload);
            zeroRank = plan is null ? 0 : Array.IndexOf(plan.Palette, zero);
        }
        else
        {
            var link = Link(codebooks.Count, codebook);
            if (link >= 0)
            {
                alphabet = Alphabet.OfCodebook(codebooks[link].Data, codebooks[link].Payload);
                zeroRank = alphabet.Rank((byte)zero);
            }
            else
            {
                var depth = (int)coder.Bits(plan is null ? 0 : (uint)(64 - System.Numerics.BitOperations.LeadingZeroCount(plan.Max)), 4);
                if (depth > 8) throw new BadInputException($"packed file: tensor '{payload.Name}' has symbols of {depth} bits, 8 are allowed");
                zero = coder.Bits((uint)zero, depth);
                isNamed = false;
                alphabet = Alphabet.OfBytes(depth, (int)zero, payload.Type);
                zeroRank = alphabet.Rank((byte)zero);
            }
        }
        if (isNamed) zeroRank = (int)coder.Bits((uint)zeroRank, alphabet.Depth);
        var grid = payload.Grid;
        var significance = new SignificanceModel(grid, payload.Count);
        var symbols = new SymbolModel(alphabet.Depth, grid, alphabet.Magnitudes);
        var ranks = palette is null || coder.IsDecoding ? [] : Ranks(plan!.Palette);
        for (int i = 0, row = 0, column = 0; i < payload.Count; i++)
        {
            var rank = 0;
            if (!coder.IsDecoding) rank = palette is null ? alphabet.Rank(data[i]) : ranks[Values.Get(data, payload.Width, i)];
            var set = significance.Code(coder, i, rank != zeroRank);
            rank = set ? symbols.Code(coder, row, column, rank) : zeroRank;
            if (coder.IsDecoding) Write(data, i, palette, alphabet, rank);
            if (++column < grid.Width) continue;
            column = 0;
            row++;
        }
    }

    private void Write(Span<byte> data, int i, byte[]? palette, Alphabet alphabet, int rank)
    {
        if (palette is null)
        {
            data[i] = alphabet.Symbol(rank);
            return;
        }
        var at = rank * payload.Width;
        if (at >= palette.Length) throw new BadInputException($"packed file: tensor '{payload.Name}' has symbol {rank}, its palette has {palette.Length / payload.Width} values");
        palette.AsSpan(at, payload.Width).CopyTo(data[(i * payload.Width)..]);
    }

    private int Link(int count, int codebook) =>
        count == 0 ? -1 : (int)Math.Min(coder.Bits((uint)(codebook + 1), System.Numerics.BitOperations.Log2((uint)count) + 1), (uint)count) - 1;

    private byte[] Palette(Plan? plan)
    {
        var count = (int)coder.Bits((uint)(plan?.Palette.Length - 1 ?? 0), 8) + 1;
        var palette = new byte[count * payload.Width];
        for (var i = 0; i < plan?.Palette.Length; i++) Values.Set(palette, payload.Width, i, plan.Palette[i]);
        var any = plan?.Palette.Aggregate(1UL << 8 * payload.Width - 1, (a, b) => a | b) ?? 1;
        var zeros = (int)coder.Bits((uint)System.Numerics.BitOperations.TrailingZeroCount(any), 6);
        var model = new NumberModel(payload.Width, payload.IsFloat, zeros, 0, 1);
        for (var i = 0; i < count; i++) Values.Set(palette, payload.Width, i, model.Code(coder, 0, Values.Get(palette, payload.Width, i)));
        return palette;
    }

    private static Dictionary<ulong, int> Ranks(ulong[] palette)
    {
        var ranks = new Dictionary<ulong, int>();
        for (var i = 0; i < palette.Length; i++) ranks[palette[i]] = i;
        return ranks;
    }

    private void Numbers(Span<byte> data, Plan? plan)
    {
        var grid = payload.Grid;
        var model = NumberModel(plan);
        for (var i = 0; i < payload.Count; i++)
            Values.Set(data, payload.Width, i, model.Code(coder, i % grid.Width, Values.Get(data, payload.Width, i)));
    }

    private void SparseNumbers(Span<byte> data, Plan? plan)
    {
        var grid = payload.Grid;
        var significance = new SignificanceModel(grid, payload.Count);
        var model = NumberModel(plan);
        for (var i = 0; i < payload.Count; i++)
        {
            var value = Values.Get(data, payload.Width, i);
            if (significance.Code(coder, i, value != 0)) Values.Set(data, payload.Width, i, model.Code(coder, i % grid.Width, value));
        }
    }

    private void OnGrid(Span<byte> data, Plan? plan)
    {
        if (!payload.IsFloat || payload.Width != 4) throw new BadInputException($"packed file: tensor '{payload.Name}' of {payload.Type} is coded as multiples of a power of two, only float is allowed");
        var model = new GridModel((int)coder.Bits((uint)((plan?.GridExponent ?? 0) - GridModel.MinExponent), 9) + GridModel.MinExponent);
        for (var i = 0; i < payload.Count; i++) Values.Set(data, 4, i, model.Code(coder, (uint)Values.Get(data, 4, i)));
    }

    private NumberModel NumberModel(Plan? plan)
    {
        var zeros = Math.Min((int)coder.Bits((uint)(plan?.ZeroBits ?? 0), 6), 8 * payload.Width - 1);
        var noise = Math.Min((int)coder.Bits((uint)(plan?.NoiseBytes ?? 0), 3), payload.Width - 1);
        return new(payload.Width, payload.IsFloat, zeros, noise, payload.Grid.Width);
    }
}
