// Harbor
