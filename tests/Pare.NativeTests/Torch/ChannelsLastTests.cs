using Pare.Torch.Ops;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Torch;

public class ChannelsLastTests
{
    [Fact]
    public void A_shuffle_moves_what_it_should_and_keeps_the_order_of_memory_both_ways()
    {
        using var scope = torch.NewDisposeScope();
        var plain = torch.randn(2, 12, 5, 7);
        var picture = ChannelsLast.Of(plain).requires_grad_(true);
        var apart = ChannelsLast.Reshape(picture, [2, 3, 4, 5, 7]);
        var together = ChannelsLast.Reshape(apart.transpose(1, 2), [2, 12, 5, 7]);
        Assert.Equal(Values(plain.reshape(2, 3, 4, 5, 7).transpose(1, 2).reshape(2, 12, 5, 7)), Values(together));
        Assert.Equal(picture.stride(), together.stride());

        var weights = ChannelsLast.Of(torch.randn(2, 12, 5, 7));
        together.backward([weights]);
        Assert.Equal(Values(weights.contiguous().reshape(2, 4, 3, 5, 7).transpose(1, 2).reshape(2, 12, 5, 7)), Values(picture.grad!));
        Assert.Equal(picture.stride(), picture.grad!.stride());
    }

    [Theory]
    [InlineData(new long[] { 2, 60, 7 })]
    [InlineData(new long[] { 2, 12, 7, 5 })]
    [InlineData(new long[] { 4, 6, 5, 7 })]
    [InlineData(new long[] { 2, 12, 5, 7, 1 })]
    public void Other_shapes_are_reshaped_as_ever(long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        var plain = torch.randn(2, 12, 5, 7);
        Assert.Equal(Values(plain.reshape(shape)), Values(ChannelsLast.Reshape(ChannelsLast.Of(plain), shape)));
    }

    private static float[] Values(torch.Tensor x) => x.detach().contiguous().data<float>().ToArray();
}
